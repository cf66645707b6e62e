namespace Mig.Core;

/// <summary>The id of an image: a machine.</summary>
public readonly record struct ImageId(ObjectId Value)
{
    public override string ToString() => Value.ToString();
}
