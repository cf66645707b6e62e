namespace Mig.Fuzz;

/// <summary>A parser did what it must not: it threw something undocumented, or took too long or too much.</summary>
public sealed class FuzzFindingException(string target, int seed, byte[] input, Exception inner)
    : Exception($"target {target}, seed {seed}: {inner.GetType().Name}: {inner.Message}", inner)
{
    public string Target { get; } = target;

    public int Seed { get; } = seed;

    public byte[] Input { get; } = input;
}
