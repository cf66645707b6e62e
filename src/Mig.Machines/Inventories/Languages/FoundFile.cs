using Mig.History.Trees;

namespace Mig.Machines.Inventories.Languages;

/// <summary>A file that describes packages, or a program that may.</summary>
/// <param name="Path">From the directory that was walked.</param>
/// <param name="Entry">Hard links are not followed.</param>
/// <param name="Language">Who reads it; null for a program.</param>
internal sealed record FoundFile(string Path, TreeEntry Entry, ILanguage? Language);
