namespace Mig.History.Refs;

/// <summary>A wish of a transaction: another name for a ref.</summary>
/// <param name="Force">Whether another ref of the new name is replaced.</param>
internal sealed record RefRename(RefName From, RefName To, bool Force, string Reason);
