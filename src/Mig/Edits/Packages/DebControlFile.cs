using Mig.Core;

namespace Mig.Edits.Packages;

/// <summary>A file that a package has for its manager, such as <c>postinst</c>.</summary>
/// <param name="Mode">Permission bits.</param>
internal sealed record DebControlFile(string Name, byte[] Content, int Mode, Timestamp ModifiedTime);
