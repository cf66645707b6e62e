using Mig.Core;

namespace Mig.Edits.Operations;

/// <summary>What a file will hold.</summary>
public abstract record FileContent
{
    /// <summary>Gives the content to who reads it. What it does not store becomes holes.</summary>
    /// <exception cref="ChangedFileException">It is a file that was written to meanwhile: what was read is not to be kept.</exception>
    internal abstract void Read(Action<IByteSource> read);
}
