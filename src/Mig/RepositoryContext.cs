using Mig.Core;
using Mig.Store.Packs;

namespace Mig;

/// <summary>What the library takes from the world around it: environment variables, the clock, limits for hostile input.</summary>
public sealed record RepositoryContext
{
    /// <summary>The world of this process: its environment, its clock, all its processors.</summary>
    public static RepositoryContext Default { get; } = new();

    /// <summary>Looks up an environment variable; null when it is not set. May be called by several threads.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>What commits, logs and settings that name an age take the time from.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>What reading images of strangers may spend; the configuration of a repository may say otherwise.</summary>
    public Limits Limits { get; init; } = Limits.Default;

    /// <summary>Settings given for this run alone, as <c>key=value</c>.</summary>
    public IReadOnlyList<string> ConfigOverrides { get; init; } = [];

    /// <summary>Takes what hooks of this repository say to the user, as it comes; called by one thread at a time.</summary>
    public Action<ReadOnlyMemory<byte>> HookOutput { get; init; } = _ => { };

    /// <summary>Takes what the user should know of work that was not asked for in so many words, such as fetching contents.</summary>
    public Action<string> Notice { get; init; } = _ => { };

    /// <summary>Takes what the user must know to take a result for what it is.</summary>
    public Action<string> Warning { get; init; } = _ => { };

    /// <summary>What ends waits that nobody asked for in so many words, such as for contents that a partial clone left elsewhere.</summary>
    public Func<CancellationToken> Interruption { get; init; } = () => CancellationToken.None;

    /// <summary>Whether somebody can be asked, for a token for example.</summary>
    public bool IsInteractive { get; init; }

    /// <summary>What keeps decompressed contents, for all repositories of this context together; null for a small one of each.</summary>
    public FrameCache? Frames { get; init; }

    /// <summary>Worker threads of one call; at least 1.</summary>
    public int Parallelism { get; init; } = System.Environment.ProcessorCount;
}
