namespace Mig.Images.Extract;

/// <summary>All that is to be made, by kind.</summary>
internal sealed class ExtractPlan
{
    /// <summary>Each before what is in it.</summary>
    public List<PlannedEntry> Directories { get; } = [];

    public List<PlannedEntry> Files { get; } = [];

    /// <summary>Symbolic links, devices, FIFOs and sockets.</summary>
    public List<PlannedEntry> Others { get; } = [];

    /// <summary>Further names of what is in the other lists.</summary>
    public List<PlannedEntry> Links { get; } = [];

    /// <summary>How many folders and links are left out because they would be taken for repositories.</summary>
    public long Repositories { get; set; }

    /// <summary>Bytes of all files; holes count.</summary>
    public long Bytes => Files.Sum(file => file.Entry.Size);
}
