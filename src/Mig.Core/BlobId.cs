namespace Mig.Core;

/// <summary>The id of a blob: up to 4 MiB of bytes.</summary>
public readonly record struct BlobId(ObjectId Value)
{
    public override string ToString() => Value.ToString();
}
