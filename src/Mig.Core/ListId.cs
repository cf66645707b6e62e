namespace Mig.Core;

/// <summary>The id of a list: the chunks of a large file.</summary>
public readonly record struct ListId(ObjectId Value)
{
    public override string ToString() => Value.ToString();
}
