using Mig.Core;

namespace Mig.History.Refs;

/// <summary>One wish of a transaction.</summary>
/// <param name="Expected">As in <see cref="RefStore.Update"/>.</param>
/// <param name="NewId">Null to delete, or when <paramref name="Target"/> is given.</param>
/// <param name="Target">What the ref will stand for.</param>
/// <param name="Follow">Whether a symbolic ref moves what it stands for.</param>
/// <param name="Was">The ref that it is renamed from, whose log goes on.</param>
internal sealed record RefUpdate(
    RefName Name, ObjectId? Expected, ObjectId? NewId, RefName? Target, bool Follow, string Reason, RefName? Was = null);
