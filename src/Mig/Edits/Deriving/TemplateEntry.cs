using Mig.Core;
using Mig.Edits.Operations;
using Mig.FileSystems;

namespace Mig.Edits.Deriving;

/// <summary>One file, directory or link of a template.</summary>
/// <param name="Path">From the volume's root.</param>
/// <param name="Text">The content or link target with its places; null for a directory, and for content that is copied as it is.</param>
/// <param name="Content">Content that is copied as it is.</param>
internal sealed record TemplateEntry(
    NodeType Type, Placeholders Path, int Mode, Timestamp ModifiedTime, Placeholders? Text, FileContent? Content);
