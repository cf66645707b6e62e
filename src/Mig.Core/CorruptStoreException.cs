namespace Mig.Core;

/// <summary>Data of mig's own repository fails its check. The message names object, file and offset, and what to run.</summary>
public sealed class CorruptStoreException(string code, string detail, Exception? inner = null) : MigException($"{code}: {detail}", inner)
{
    public string Code { get; } = code;

    /// <summary>The message without the code.</summary>
    public string Detail { get; } = detail;
}
