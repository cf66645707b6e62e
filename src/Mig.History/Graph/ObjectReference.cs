using Mig.Core;

namespace Mig.History.Graph;

/// <summary>One object names another.</summary>
/// <param name="Id">What is named.</param>
/// <param name="Kind">The kind it must have.</param>
/// <param name="MinLength">Bytes that it must have at least; for blobs.</param>
/// <param name="ExactLength">Bytes that it must have; -1 when any number will do.</param>
public readonly record struct ObjectReference(ObjectId Id, ObjectKind Kind, long MinLength = 0, long ExactLength = -1);
