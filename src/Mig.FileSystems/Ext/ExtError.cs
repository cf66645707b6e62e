using Mig.Core;

namespace Mig.FileSystems.Ext;

/// <summary>Makes the errors of this reader; every code has its line in docs/errors.md.</summary>
internal static class ExtError
{
    public static CorruptImageException Corrupt(string code, string detail) => new(code, detail);
}
