using Mig.Testing;

namespace Mig.Fuzz.Targets;

/// <summary>FAT12, FAT16 and FAT32.</summary>
internal sealed class FatTarget : FileSystemTarget
{
    public override string Name => "fat";

    public override IReadOnlyList<byte[]> Seeds { get; } = Make();

    protected override bool HasHoles => false;

    /// <summary>Makes small volumes of several kinds.</summary>
    internal static byte[][] Make()
    {
        using var folder = new TestFolder();
        folder.Write("small", MixedBytes.Make(300, 1));
        folder.Write("large", MixedBytes.Make(40_000, 2));
        folder.Write("empty", "");
        var seeds = new List<byte[]>();
        foreach (string options in (string[])["-F 12 -s 1 -r 32", "-F 12 -s 8", "-F 16 -s 1 -r 64", "-F 32 -s 1"])
        {
            string image = folder[$"image{seeds.Count}"];
            Tool.Run("mkfs.fat", [.. options.Split(' '), "-C", image, options.StartsWith("-F 16", StringComparison.Ordinal) ? "2200"
                : "300"]);
            if (options.StartsWith("-F 32", StringComparison.Ordinal))
            {
                seeds.Add(File.ReadAllBytes(image)); // so small that mtools would take it for another type
                continue;
            }

            Tool.Run("mmd", "-i", image, "::folder", "::folder/deeper");
            Tool.Run("mcopy", "-i", image, folder["large"], "::LARGE");
            Tool.Run("mcopy", "-i", image, folder["empty"], "::EMPTY");
            for (int i = 0; i < 20; i++)
                Tool.Run("mcopy", "-i", image, folder["small"], $"::folder/a long name {i}");
            seeds.Add(File.ReadAllBytes(image));
        }

        return [.. seeds];
    }
}
