namespace Mig.Edits.Operations;

/// <summary>
/// Copies a file or folder of the host into the volume: into the directory that stands at the path, else under that name.
/// </summary>
/// <remarks>
/// New files belong to 0:0, with the mode (without set-id bits) and the time of the source; a file that is there keeps its owner and mode.
/// A folder that is there is merged with. The source itself may be a symbolic link, which is followed; those below are copied as links.
/// </remarks>
/// <param name="HostPath">A path of the host; ending with <c>/.</c>, what is in that folder is meant.</param>
/// <param name="Settings">For all files, and for the folders that are new when they hold an owner or a time.</param>
/// <param name="IsArchive">Takes over owners, whole modes, times and extended attributes, also for what is there.</param>
/// <param name="MakesParents">Whether directories on the way are made.</param>
/// <param name="IntoDirectory">Whether the path must be a directory.</param>
public sealed record PutOperation(ReadOnlyMemory<byte> Path, string HostPath, NodeSettings Settings, bool IsArchive = false,
    bool MakesParents = false, bool IntoDirectory = false) : EditOperation(Path);
