using Mig.Archives;
using Mig.Machines.Installing;

namespace Mig.Edits.Packages;

/// <summary>A file of a package.</summary>
/// <param name="Path">As dpkg lists it: with a slash at the beginning and none at the end, one character for each byte; <c>/.</c> for the
/// root.</param>
/// <param name="Digest">MD5 of its content, where it is wanted; else empty.</param>
/// <param name="Library">What it is as a library; null when it is none.</param>
internal sealed record DebEntry(string Path, ArchiveMember Member, string Digest, SharedLibrary? Library);
