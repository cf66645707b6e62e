namespace Mig.Machines.Coverage;

/// <summary>A part of an image that an answer does not rest on.</summary>
/// <param name="What">What it is, such as <c>volume 2 of disk.raw</c>; or for <see cref="UnseenKind.Record"/> the whole sentence.</param>
/// <param name="Path">Where the machine has it, with a slash in front; empty when that is nowhere, or not known.</param>
/// <param name="Reason">Why it was not seen.</param>
/// <param name="Matters">Whether what an answer calls clean may be otherwise because of it.</param>
public sealed record UnseenPart(UnseenKind Kind, string What, string Path, string Reason, bool Matters)
{
    /// <summary>Whether something is there, as far as can be told without looking into it.</summary>
    public bool HasContent { get; init; } = true;

    /// <summary>All of it, in one sentence.</summary>
    public string Sentence => $"{What}{(Path.Length > 0 ? $" ({Path})" : "")}{(Reason.Length > 0 ? ": " : "")}{Reason}";
}
