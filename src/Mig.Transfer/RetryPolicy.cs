namespace Mig.Transfer;

/// <summary>How stubborn to be with a line that breaks.</summary>
/// <param name="Most">How many tries in a row may bring nothing; 0 to give up at the first break.</param>
/// <param name="Pause">How long to wait before the second of them; each further one waits twice as long.</param>
/// <param name="Notice">Told before a try that follows one which brought nothing.</param>
public sealed record RetryPolicy(int Most, TimeSpan Pause, Action<string> Notice)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10), FirstPause = TimeSpan.FromMilliseconds(100);

    /// <summary>What counts unless the user says otherwise.</summary>
    public static RetryPolicy Default { get; } = new(5, TimeSpan.FromMilliseconds(500), _ => { });

    /// <summary>
    /// Returns how long to wait; by chance a little more or less, so that those whom one fault has cut do not all come back at once.
    /// </summary>
    /// <param name="failed">How many tries in a row have brought nothing; 1 for a break after something came.</param>
    internal TimeSpan PauseAfter(int failed)
    {
        TimeSpan pause = failed <= 1 ? FirstPause : Pause * Math.Pow(2, Math.Min(failed - 2, 16));
        return (pause > LongestPause ? LongestPause : pause) * (0.5 + Random.Shared.NextDouble());
    }
}
