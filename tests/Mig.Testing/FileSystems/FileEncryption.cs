using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mig.Testing.FileSystems;

/// <summary>Turns on the kernel's encryption of a folder (fscrypt), with a key that goes when the file system is unmounted.</summary>
public static partial class FileEncryption
{
    private const uint AddKeyRequest = 0xC0506617; // FS_IOC_ADD_ENCRYPTION_KEY
    private const uint SetPolicyRequest = 0x800C6613; // FS_IOC_SET_ENCRYPTION_POLICY
    private const int KeyArgumentSize = 80;
    private const int KeySize = 64;

    /// <summary>Encrypts an empty folder: AES-256-XTS contents, AES-256-CTS names padded to 32 bytes.</summary>
    public static void Encrypt(string folder)
    {
        using SafeFileHandle handle = new(Open(folder, 0x10000 /* O_DIRECTORY */), ownsHandle: true);
        byte[] key = new byte[KeyArgumentSize + KeySize];
        key[0] = 2; // FSCRYPT_KEY_SPEC_TYPE_IDENTIFIER
        key[40] = KeySize;
        for (int i = KeyArgumentSize; i < key.Length; i++)
            key[i] = (byte)(i * 37);
        Check(IoControl(handle, AddKeyRequest, key), "FS_IOC_ADD_ENCRYPTION_KEY");
        byte[] policy = [2, 1, 4, 3, 0, 0, 0, 0, .. key.AsSpan(8, 16)];
        Check(IoControl(handle, SetPolicyRequest, policy), "FS_IOC_SET_ENCRYPTION_POLICY");
    }

    private static void Check(int result, string call)
    {
        if (result < 0)
            throw new IOException($"{call}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int IoControl(SafeFileHandle file, nuint request, [In, Out] byte[] argument);
}
