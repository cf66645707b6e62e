namespace Mig.Fuzz.Targets;

/// <summary>Changes of ext2, 3 and 4.</summary>
internal sealed class ExtWriterTarget : FileSystemWriterTarget
{
    public override string Name => "ext-writer";

    public override IReadOnlyList<byte[]> Seeds { get; } = ExtTarget.Make();

    protected override IReadOnlyList<byte[]> Paths { get; } =
        ["/large"u8.ToArray(), "/folder"u8.ToArray(), "/folder/file7"u8.ToArray(), "/folder/sparse"u8.ToArray(), "/link"u8.ToArray(),
            "/long-link"u8.ToArray(), "/folder/deeper"u8.ToArray()];
}
