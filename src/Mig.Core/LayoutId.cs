namespace Mig.Core;

/// <summary>The id of a layout: a node of the block view.</summary>
public readonly record struct LayoutId(ObjectId Value)
{
    public override string ToString() => Value.ToString();
}
