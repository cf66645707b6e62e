using Mig.Core;

namespace Mig.History.Refs;

/// <summary>What a ref's file holds: an id, or the name of another ref.</summary>
internal readonly record struct RefValue(ObjectId Id, RefName? Target);
