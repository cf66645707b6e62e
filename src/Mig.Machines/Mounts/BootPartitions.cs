namespace Mig.Machines.Mounts;

/// <summary>Types of partitions that hold no files: loaders, checksums, room that a system has set aside.</summary>
internal static class BootPartitions
{
    private static readonly HashSet<string> Types =
    [
        "21686148-6449-6e6f-744e-656564454649", // BIOS boot
        "e3c9e316-0b5c-4db8-817d-f92df00215ae", // Microsoft reserved
        "9e1a2d38-c612-4316-aa26-8b49521e5a8b", "41", // PowerPC PReP boot
        "8da63339-0007-60c0-c436-083ac8230908", // Linux reserved
        "2c7357ed-ebd2-46d9-aec1-23d437ec2bf5", "df3300ce-d69f-4c92-978c-9bfb0f38d820", // dm-verity of a root: x86-64, ARM 64-bit
        "77ff5f63-e7b6-4633-acf4-1565b864c0e6", "6e11a4e7-fbca-4ded-b9e9-e1a512bb664e", // dm-verity of /usr
        "41092b05-9fc8-4523-994f-2def0408b176", "6db69de6-29f4-4758-a7a5-962190f00ce3", // signatures of dm-verity of a root
        "e7bb33fb-06cf-4e81-8273-e543b413e2e2", "c23ce4ff-44bd-4b00-b2d4-b41b3419e02a", // signatures of dm-verity of /usr
    ];

    /// <summary>Tells whether nobody expects files in a partition of a type.</summary>
    public static bool Contains(string type) => Types.Contains(type);
}
