namespace Mig.Disks.Vmdk;

/// <summary>A grain with its marker, padded to whole sectors. The bytes belong to the deflater.</summary>
internal readonly record struct CompressedGrain(long Number, ReadOnlyMemory<byte> Bytes, MemoryStream Buffer);
