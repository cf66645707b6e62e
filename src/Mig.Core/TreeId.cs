namespace Mig.Core;

/// <summary>The id of a tree: one directory of a manifest.</summary>
public readonly record struct TreeId(ObjectId Value)
{
    public override string ToString() => Value.ToString();
}
