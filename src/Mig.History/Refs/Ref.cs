using Mig.Core;

namespace Mig.History.Refs;

/// <summary>A ref and what it names.</summary>
/// <param name="Target">The ref it stands for when it is symbolic (<c>refs/remotes/origin/HEAD</c>), else null.</param>
public sealed record Ref(RefName Name, ObjectId Id, RefName? Target = null);
