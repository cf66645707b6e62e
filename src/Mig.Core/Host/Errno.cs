namespace Mig.Core.Host;

/// <summary>The error numbers of Linux that mig tells apart.</summary>
public static class Errno
{
    public const int NotPermitted = 1;
    public const int NoEntry = 2;
    public const int Interrupted = 4;
    public const int InputOutput = 5; // EIO: the medium fails
    public const int NoDevice = 6; // ENXIO: from lseek, no data from here on
    public const int ArgumentsTooLong = 7;
    public const int ExecFormat = 8;
    public const int WouldBlock = 11;
    public const int AccessDenied = 13;
    public const int Busy = 16;
    public const int Exists = 17;
    public const int NotADirectory = 20;
    public const int Invalid = 22;
    public const int TextFileBusy = 26;
    public const int FileTooLarge = 27; // EFBIG: for the file system, or for what the process may make
    public const int NoSpace = 28;
    public const int ReadOnly = 30; // EROFS: the file system is mounted so
    public const int Range = 34;
    public const int NoSystemCall = 38;
    public const int NotEmpty = 39;
    public const int TooManyLinks = 40; // ELOOP: a symbolic link where none may be
    public const int NotSupported = 95;
    public const int QuotaUsedUp = 122;
}
