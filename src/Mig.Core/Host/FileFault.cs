using System.Runtime.InteropServices;

namespace Mig.Core.Host;

/// <summary>
/// For tests: makes steps with the files below a folder fail, whichever thread takes them. A program without faults pays for the look at an
/// empty list.
/// </summary>
public sealed class FileFault : IDisposable
{
    private static readonly Lock Gate = new();
    private static volatile FileFault[] installed = [];

    private readonly string _folder;
    private readonly long _failAt;
    private readonly int _errorNumber;
    private readonly bool _lasts;
    private readonly Func<FileStep, string, bool>? _counts;
    private long _steps;
    private long _failures;

    private FileFault(string folder, long failAt, int errorNumber, bool lasts, Func<FileStep, string, bool>? counts)
    {
        _folder = Path.GetFullPath(folder);
        _failAt = failAt;
        _errorNumber = errorNumber;
        _lasts = lasts;
        _counts = counts;
    }

    /// <summary>Steps that were taken below the folder, those that failed among them.</summary>
    public long Steps => Interlocked.Read(ref _steps);

    /// <summary>Steps that failed.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>The first step that failed, and the file.</summary>
    public string? First { get; private set; }

    /// <summary>Begins to count the steps below a folder; disposing ends it.</summary>
    /// <param name="folder">A folder of this test alone.</param>
    /// <param name="failAt">Which step fails, from 1; 0 for none.</param>
    /// <param name="errorNumber">With which error of the system. A write that fails has written half of its bytes.</param>
    /// <param name="lasts">
    /// Whether steps go on failing from there. A full disk (or quota) refuses only what takes space, a file-size limit only writes.
    /// </param>
    /// <param name="counts">Which steps there are; all when null.</param>
    public static FileFault Install(
        string folder, long failAt, int errorNumber = Errno.NoSpace, bool lasts = false, Func<FileStep, string, bool>? counts = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var fault = new FileFault(folder, failAt, errorNumber, lasts, counts);
        lock (Gate)
            installed = [.. installed, fault];
        return fault;
    }

    public void Dispose()
    {
        lock (Gate)
            installed = [.. installed.Where(fault => fault != this)];
    }

    /// <summary>Called before each step.</summary>
    /// <exception cref="IOException">It is to fail.</exception>
    public static void Check(FileStep step, string path)
    {
        if (Strike(step, path) is { } error)
            throw error;
    }

    /// <summary>Like <see cref="Check"/>, for a step that fails half-way: the caller throws what is returned.</summary>
    internal static IOException? Strike(FileStep step, string path) => installed.Length == 0 ? null : Find(step, path)?.Fail(step, path);

    private static FileFault? Find(FileStep step, string path)
    {
        string full = Path.GetFullPath(path);
        FileFault? found = null;
        foreach (FileFault fault in installed)
        {
            if (fault.IsHit(step, full))
                found = fault;
        }

        return found;
    }

    private bool IsHit(FileStep step, string path)
    {
        if (!path.StartsWith(_folder, StringComparison.Ordinal) || (path.Length > _folder.Length && path[_folder.Length] != '/')
            || _counts?.Invoke(step, path) == false)
            return false;
        long number = Interlocked.Increment(ref _steps);
        return _failAt > 0 && (number == _failAt || (_lasts && number > _failAt && GoesOnFailing(step)));
    }

    private bool GoesOnFailing(FileStep step) => _errorNumber switch
    {
        Errno.NoSpace or Errno.QuotaUsedUp => step is FileStep.Create or FileStep.Write or FileStep.CreateFolder,
        Errno.FileTooLarge => step is FileStep.Write,
        _ => true,
    };

    private IOException Fail(FileStep step, string path)
    {
        if (Interlocked.Increment(ref _failures) == 1)
            First = $"{step} {path}";
        return new IOException($"{Marshal.GetPInvokeErrorMessage(_errorNumber)} : '{path}'", _errorNumber);
    }
}
