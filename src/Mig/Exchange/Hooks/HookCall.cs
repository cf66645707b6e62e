namespace Mig.Exchange.Hooks;

/// <summary>One call of a hook.</summary>
/// <param name="Name">One of <see cref="HookName"/>.</param>
public sealed record HookCall(string Name)
{
    /// <summary>Arguments; they reach the program as they are, no shell looks at them.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Lines for its standard input, without line breaks. None at all is an input that is at its end.</summary>
    public IReadOnlyList<string> Input { get; init; } = [];

    /// <summary>Variables besides those that every hook gets.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Takes what the hook says on both streams, as it comes and in no units; called by one thread at a time.</summary>
    public required Action<ReadOnlyMemory<byte>> Output { get; init; }
}
