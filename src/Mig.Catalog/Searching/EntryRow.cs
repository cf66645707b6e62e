using Mig.History.Trees;

namespace Mig.Catalog.Searching;

/// <summary>A row of the table of entries.</summary>
internal sealed record EntryRow(long Id, byte[] Name, TreeEntry Entry);
