using Mig.Core;

namespace Mig.Images.Running;

/// <summary>What a command made of an image that no ref leads to yet.</summary>
/// <param name="ExitCode">As of <see cref="RunResult"/>.</param>
/// <param name="Image">Null when it failed.</param>
/// <param name="Key">By what <see cref="RunMemory"/> may remember it, once a version has this image; null when that is known already, or
/// not to be remembered.</param>
internal sealed record RunImage(int ExitCode, ImageId? Image, ObjectId? Key);
