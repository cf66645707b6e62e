using Mig.Core;
using Mig.Machines.Files;
using Mig.Machines.Inventories.Rpm;

namespace Mig.Machines.Verification;

/// <summary>What RPM records of files, in the headers of its packages. Source: rpm, "docs/manual/tags.md".</summary>
internal static class RpmFiles
{
    private const int TypeMask = 0xF000, LinkType = 0xA000, RegularType = 0x8000, DirectoryType = 0x4000, ModeMask = 0xFFF;

    [Flags]
    private enum FileFlags
    {
        Configuration = 1 << 0,
        MissingOk = 1 << 3,
        Ghost = 1 << 6,
    }

    /// <inheritdoc cref="DpkgFiles.Read"/>
    public static void Read(MachineFiles files, List<RecordedFile> recorded, HashSet<string> owned) =>
        Read(RpmDatabase.ReadHeaders(files), recorded, owned);

    /// <inheritdoc cref="DpkgFiles.Read"/>
    public static void Read(IEnumerable<RpmHeader> headers, List<RecordedFile> recorded, HashSet<string> owned)
    {
        foreach (RpmHeader header in headers)
        {
            string package = header.Text(RpmTag.Name);
            string[] names = header.Texts(RpmTag.BaseNames), folders = header.Texts(RpmTag.DirectoryNames),
                digests = header.Texts(RpmTag.FileDigests), targets = header.Texts(RpmTag.FileLinkTargets);
            long[] indexes = header.Integers(RpmTag.DirectoryIndexes), modes = header.Integers(RpmTag.FileModes),
                flags = header.Integers(RpmTag.FileFlags), states = header.Integers(RpmTag.FileStates);
            DigestAlgorithm? algorithm = Algorithm(header);
            for (int i = 0; i < names.Length; i++)
            {
                if (i >= indexes.Length || indexes[i] >= folders.Length)
                    break;
                string path = (folders[indexes[i]] + names[i]).Trim('/');
                if (owned.Add(path) && owned.Count > RecordedFile.MaxCount)
                    throw new CorruptImageException(
                        "PKG-002", $"the packages of the database of RPM claim more than {RecordedFile.MaxCount} files");

                // Replaced by another package's file, left out on purpose, or on a file system of somebody else.
                bool isInstalled = i >= states.Length || states[i] == 0;
                var flag = (FileFlags)(i < flags.Length ? flags[i] : 0);
                int mode = i < modes.Length ? (int)modes[i] : 0;
                if (!isInstalled || (flag & FileFlags.Ghost) != 0 || (mode & TypeMask) is not (LinkType or RegularType or DirectoryType))
                    continue;
                if ((mode & TypeMask) == DirectoryType)
                {
                    recorded.Add(new RecordedFile(path, package) { IsPresenceOnly = true, IsOptional = (flag & FileFlags.MissingOk) != 0 });
                    continue;
                }

                bool isLink = (mode & TypeMask) == LinkType;
                recorded.Add(new RecordedFile(path, package)
                {
                    Algorithm = algorithm ?? default,
                    Digest = !isLink && algorithm is not null && i < digests.Length ? digests[i] : "",
                    IsConfiguration = (flag & FileFlags.Configuration) != 0,
                    IsOptional = (flag & FileFlags.MissingOk) != 0,
                    IsLink = isLink,
                    LinkTarget = isLink && i < targets.Length ? targets[i] : null,
                    Mode = isLink ? null : mode & ModeMask,
                });
            }
        }
    }

    // As OpenPGP counts them; MD5 where nothing is said.
    private static DigestAlgorithm? Algorithm(RpmHeader header) =>
        header.Integers(RpmTag.FileDigestAlgorithm) is not [long number, ..] ? DigestAlgorithm.Md5 : number switch
        {
            1 => DigestAlgorithm.Md5,
            2 => DigestAlgorithm.Sha1,
            8 => DigestAlgorithm.Sha256,
            9 => DigestAlgorithm.Sha384,
            10 => DigestAlgorithm.Sha512,
            _ => null,
        };
}
