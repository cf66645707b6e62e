namespace Mig.Core.Host;

/// <summary>What is done with a file of a repository: each step is one that can fail.</summary>
public enum FileStep
{
    /// <summary>A file is made.</summary>
    Create,

    /// <summary>A file that exists is opened.</summary>
    Open,

    /// <summary>Bytes are read.</summary>
    Read,

    /// <summary>Bytes are written.</summary>
    Write,

    /// <summary>A file is made shorter or longer.</summary>
    SetLength,

    /// <summary>The bytes of a file are made durable.</summary>
    Sync,

    /// <summary>The names in a folder are made durable.</summary>
    SyncFolder,

    /// <summary>A name is given to a file, instead of the one that it has or beside it.</summary>
    Rename,

    /// <summary>A name is taken away.</summary>
    Delete,

    /// <summary>A folder is made.</summary>
    CreateFolder,

    /// <summary>A folder is taken away.</summary>
    DeleteFolder,

    /// <summary>The names in a folder are read.</summary>
    List,
}
