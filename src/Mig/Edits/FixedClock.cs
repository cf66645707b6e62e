namespace Mig.Edits;

/// <summary>A clock that stands still: everything that one commit changes has changed when the commit was made, so that the same edit has the same result.</summary>
internal sealed class FixedClock(DateTimeOffset time) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => time;
}
