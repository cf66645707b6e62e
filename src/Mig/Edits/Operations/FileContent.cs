using Mig.Core;

namespace Mig.Edits.Operations;

/// <summary>What a file will hold.</summary>
public abstract record FileContent
{
    /// <summary>Opens the content; the caller disposes of it. What it does not store becomes holes.</summary>
    internal abstract IByteSource Open();
}
