namespace Mig.History.Refs;

/// <summary>What a step of a journal does with its file. The numbers stand in the file (docs/format.md, "The journal").</summary>
internal enum JournalStepKind : byte
{
    /// <summary>The file has these bytes and no others.</summary>
    Write = 1,

    /// <summary>There is no such file.</summary>
    Delete = 2,

    /// <summary>The file is cut at a length and goes on with these bytes.</summary>
    Append = 3,
}
