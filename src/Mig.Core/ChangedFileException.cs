namespace Mig.Core;

/// <summary>A file of the host was written to while it was read, so that what was read may be half the old and half the new.</summary>
/// <param name="path">The file.</param>
/// <param name="change">What is different now, as <see cref="Host.FileWatch.FindChange"/> says it.</param>
/// <param name="advice">What to do, a sentence or two.</param>
public sealed class ChangedFileException(string path, string change, string advice = ChangedFileException.TryAgain)
    : ConflictException($"{path} changed while it was read: {change}. {advice}")
{
    private const string TryAgain = "Try again when nobody writes to it";

    public string Path { get; } = path;

    public string Change { get; } = change;
}
