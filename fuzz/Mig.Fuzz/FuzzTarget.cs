namespace Mig.Fuzz;

/// <summary>A parser and what sound input for it looks like.</summary>
public abstract class FuzzTarget : IDisposable
{
    public abstract string Name { get; }

    /// <summary>Sound inputs, to be mutated.</summary>
    public abstract IReadOnlyList<byte[]> Seeds { get; }

    /// <summary>Reads all that an input holds.</summary>
    /// <exception cref="Mig.Core.MigException">The input is damaged: the documented answer.</exception>
    public abstract void Run(byte[] input);

    /// <summary>Makes checksums right again, so that what is behind them is reached.</summary>
    public virtual void Repair(byte[] input)
    {
    }

    public virtual void Dispose() => GC.SuppressFinalize(this);
}
