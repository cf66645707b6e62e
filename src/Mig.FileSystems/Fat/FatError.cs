using Mig.Core;

namespace Mig.FileSystems.Fat;

/// <summary>Makes the errors of this reader; every code has its line in docs/errors.md.</summary>
internal static class FatError
{
    public static CorruptImageException Corrupt(string code, string detail) => new(code, detail);
}
