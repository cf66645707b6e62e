namespace Mig.Machines.Coverage;

/// <summary>How much of an image an answer rests on. An answer that found nothing is worth as much as this.</summary>
/// <param name="Unseen">All that it does not rest on.</param>
public sealed record ImageCoverage(IReadOnlyList<UnseenPart> Unseen)
{
    /// <summary>Whether nothing is missing that could change the answer.</summary>
    public bool IsComplete => !Unseen.Any(part => part.Matters);

    /// <summary>What could change the answer.</summary>
    public IEnumerable<UnseenPart> Gaps => Unseen.Where(part => part.Matters);

    /// <summary>What people should hear of with any answer, one sentence each.</summary>
    public IReadOnlyList<string> Warnings => [.. Gaps.Select(part => part.Kind switch
    {
        UnseenKind.Record => part.What,
        UnseenKind.Version => $"left out: {part.Reason}",
        _ => $"not seen: {part.Sentence}",
    })];

    /// <summary>Adds what could not be read.</summary>
    /// <param name="sentences">What, and why.</param>
    public ImageCoverage With(IEnumerable<string> sentences) =>
        new([.. Unseen, .. sentences.Select(sentence => new UnseenPart(UnseenKind.Record, sentence, "", "", Matters: true))]);
}
