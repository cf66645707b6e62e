using Mig.Core;
using Mig.History.Trees;

namespace Mig.Catalog.Searching;

/// <summary>What an entry must be. All conditions hold together; of several values of one condition, one.</summary>
public sealed record EntryConditions
{
    /// <summary>SHA-256 of a file's content; null when any will do.</summary>
    public IReadOnlyCollection<ObjectId>? Contents { get; init; }

    /// <summary>Patterns of the name; none when any will do.</summary>
    public IReadOnlyList<Glob> Names { get; init; } = [];

    /// <summary>
    /// Patterns of the whole path with a slash before it, as <c>find -path</c> has them: <c>*</c> stands for slashes, too.
    /// </summary>
    public IReadOnlyList<Glob> Paths { get; init; } = [];

    /// <summary>Bytes; only of regular files unless all will do.</summary>
    public ValueRange Sizes { get; init; } = ValueRange.All;

    /// <summary>Seconds since 1970 at which the content was last changed.</summary>
    public ValueRange ModifiedTimes { get; init; } = ValueRange.All;

    public uint? Uid { get; init; }

    public uint? Gid { get; init; }

    public ModeCondition? Mode { get; init; }

    /// <summary>What the entry is; never <see cref="TreeEntryType.HardLink"/>.</summary>
    public TreeEntryType? Type { get; init; }

    /// <summary>Whether every entry meets them.</summary>
    public bool AreEmpty => Contents is null && Names.Count == 0 && Paths.Count == 0 && Sizes == ValueRange.All
        && ModifiedTimes == ValueRange.All
        && Uid is null && Gid is null && Mode is null && Type is null;
}
