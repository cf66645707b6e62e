namespace Mig.Transfer.Exchange;

/// <summary>
/// How much to move in one call: less after one that was cut, so that a line which holds for a short time only gets something through; more
/// again after one that went well.
/// </summary>
internal sealed class PieceSize(long most, long least)
{
    private long _most = most;

    public long Now { get; private set; } = most;

    /// <summary>A call was cut.</summary>
    /// <param name="tried">How much it was to move.</param>
    /// <param name="through">How much of that got through all the same.</param>
    public void Cut(long tried, long through) => Now = Math.Max(least, through > 0 ? Math.Min(through, Now) : Math.Min(tried, Now) / 16);

    /// <summary>A call was refused because it was too large; none as large is made any more.</summary>
    public void Refuse(long size) => Now = _most = Math.Min(_most, Math.Max(1, size / 2));

    /// <summary>A call went well.</summary>
    public void Pass() => Now = Math.Min(_most, 2 * Now);
}
