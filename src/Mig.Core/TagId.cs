namespace Mig.Core;

/// <summary>The id of an annotated tag.</summary>
public readonly record struct TagId(ObjectId Value)
{
    public override string ToString() => Value.ToString();
}
