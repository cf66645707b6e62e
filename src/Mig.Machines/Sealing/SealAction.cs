namespace Mig.Machines.Sealing;

/// <summary>What sealing does to a path.</summary>
public enum SealAction
{
    /// <summary>Takes it away, a directory with all that is in it.</summary>
    Remove,

    /// <summary>Leaves a file without content.</summary>
    Empty,

    /// <summary>Leaves a directory with nothing in it.</summary>
    RemoveContents,

    /// <summary>Takes away all that is in a directory but the directories themselves, which programs expect to find.</summary>
    RemoveFiles,
}
