using System.Globalization;
using System.Runtime.InteropServices;
using Mig.Core;
using Mig.Store.Locks;
using Mig.Testing;

namespace Mig.Store.Tests;

public sealed partial class FileLockTests : IDisposable
{
    private readonly TestFolder _folder = new();

    /// <summary>A program that is started has copies of all handles between fork(2) and execve(2).</summary>
    [Fact]
    public void ALockEndsWhenItIsGivenBackEvenWhileAnotherProcessHasACopyOfItsHandle()
    {
        string path = _folder["lock"];
        int copy;
        using (FileLock.Acquire(path, "the test", TimeSpan.Zero))
        {
            copy = Duplicate(FindHandle(path));
            Assert.Throws<ConflictException>(() => FileLock.Acquire(path, "the test", TimeSpan.Zero));
        }

        FileLock.Acquire(path, "the test", TimeSpan.Zero).Dispose();
        Assert.Equal(0, Close(copy));
    }

    public void Dispose() => _folder.Dispose();

    private static int FindHandle(string path) =>
        int.Parse(Path.GetFileName(Directory.EnumerateFiles("/proc/self/fd").First(link => new FileInfo(link).LinkTarget == path)),
            CultureInfo.InvariantCulture);

    [LibraryImport("libc", EntryPoint = "dup")]
    private static partial int Duplicate(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int handle);
}
