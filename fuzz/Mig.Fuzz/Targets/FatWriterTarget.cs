namespace Mig.Fuzz.Targets;

/// <summary>Changes of FAT12, FAT16 and FAT32.</summary>
internal sealed class FatWriterTarget : FileSystemWriterTarget
{
    public override string Name => "fat-writer";

    public override IReadOnlyList<byte[]> Seeds { get; } = FatTarget.Make();

    protected override IReadOnlyList<byte[]> Paths { get; } = ["/LARGE"u8.ToArray(), "/folder"u8.ToArray(),
        "/folder/a long name 7"u8.ToArray(), "/folder/deeper"u8.ToArray(), "/EMPTY"u8.ToArray()];
}
