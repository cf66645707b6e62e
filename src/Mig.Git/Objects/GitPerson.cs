using Mig.Core;
using Mig.History.Commits;

namespace Mig.Git.Objects;

/// <summary>Who did something in Git, and when.</summary>
internal sealed record GitPerson(string Name, string Email, DateTimeOffset Time)
{
    /// <summary>The same in mig's words; what mig cannot say is left out of it.</summary>
    public Signature ToSignature()
    {
        long seconds = Math.Clamp(Time.ToUnixTimeSeconds(), 0, Signature.MaxSeconds);
        int offset = Math.Clamp((int)Time.Offset.TotalMinutes, -Signature.MaxOffsetMinutes, Signature.MaxOffsetMinutes);
        try
        {
            return Signature.Create(Name, Email, seconds, offset);
        }
        catch (UsageException)
        {
            return Signature.Create("unknown", "", seconds, offset);
        }
    }
}
