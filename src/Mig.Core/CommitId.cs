namespace Mig.Core;

/// <summary>The id of a commit.</summary>
public readonly record struct CommitId(ObjectId Value)
{
    public override string ToString() => Value.ToString();

    /// <inheritdoc cref="ObjectId.ToShortString"/>
    public string ToShortString(int digits = 10) => Value.ToShortString(digits);
}
