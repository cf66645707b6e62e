namespace Mig.Transfer.Access;

/// <summary>Whether something is allowed.</summary>
/// <param name="Refusal">Why not, as one sentence for the other side; null when it is.</param>
public readonly record struct AccessDecision(string? Refusal)
{
    public static AccessDecision Allowed { get; }

    public bool IsAllowed => Refusal is null;
}
