using Mig.Core;

namespace Mig.Exchange.Hooks;

/// <summary>A hook said no. Its own words went to the user; this says which hook it was and what has not happened.</summary>
/// <param name="hook">One of <see cref="HookName"/>.</param>
/// <param name="exitCode">What it ended with; 128 and the signal when one ended it.</param>
/// <param name="consequence">What has not happened, and what to do.</param>
public sealed class HookRefusedException(string hook, int exitCode, string consequence)
    : MigException($"hook {hook} refused (it ended with {exitCode}); {consequence}")
{
    public string Hook { get; } = hook;

    public int ExitCode { get; } = exitCode;
}
