using Mig.Core;

namespace Mig.History.Revisions;

/// <summary>One step from an object to another.</summary>
internal abstract record RevisionStep
{
    private RevisionStep()
    {
    }

    /// <summary><c>~n</c>: n first parents back.</summary>
    public sealed record Ancestor(int Count) : RevisionStep;

    /// <summary><c>^n</c>: the nth parent; <c>^0</c> the commit itself.</summary>
    public sealed record Parent(int Number) : RevisionStep;

    /// <summary><c>^{before:date}</c>: the newest commit on the line of first parents that is not younger.</summary>
    public sealed record Before(string Date) : RevisionStep;

    /// <summary><c>^{kind}</c>; null for <c>^{}</c>, whatever is no tag.</summary>
    public sealed record Peel(ObjectKind? Kind) : RevisionStep;
}
