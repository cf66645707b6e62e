using Xunit;

namespace Mig.Testing;

/// <summary>Waits for what must come, and fails rather than hang when it does not.</summary>
public static class Waiting
{
    private static readonly TimeSpan _most = TimeSpan.FromMinutes(3);

    public static void Until(Func<bool> condition) =>
        Assert.True(SpinWait.SpinUntil(condition, _most), $"what was waited for did not come within {_most}");
}
