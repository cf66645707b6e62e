using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Mig.Images.Running;

/// <summary>
/// The system calls that a command of an image does not get: those that reach the machine around it (seccomp(2), a program of classic BPF).
/// They fail with EPERM, and those that are new or of another architecture's numbering with ENOSYS.
/// </summary>
internal static class SyscallFilter
{
    // SECCOMP_RET_ALLOW, _ERRNO with EPERM, ENOSYS
    private const uint Allow = 0x7FFF0000, Refuse = 0x00050000 | 1, Unknown = 0x00050000 | 38;
    private const int NumberAt = 0, ArchitectureAt = 4, FirstAt = 16, SecondAt = 24; // struct seccomp_data
    private const ushort Load = 0x20, JumpIfEqual = 0x15, JumpIfAtLeast = 0x35, Return = 0x06, And = 0x54;
    private const uint NewNamespaces = 0x7E020080; // CLONE_NEW…
    private const uint X32 = 0x40000000;
    private const uint PushBackInput = 0x5412, PasteInput = 0x541C; // TIOCSTI, TIOCLINUX

    // What the kernel may load a module for, or what talks to the hardware.
    private static readonly uint[] Families = [1, 2, 10, 16]; // AF_UNIX, AF_INET, AF_INET6, AF_NETLINK

    private static readonly (int X64, int Arm64)[] Refused =
    [
        (165, 40), (166, 39), (155, 41), (428, 428), (429, 429), (430, 430), (431, 431), (432, 432), (442, 442), // mounts, old and new
        (272, 97), (308, 268), (175, 105), (176, 106), (313, 273), (246, 104), (320, 294), (169, 142), // namespaces, modules, kexec, reboot
        (167, 224), (168, 225), (163, 89), (179, 60), (227, 112), (164, 170), (159, 171), (305, 266), // swap, accounting, quota, clocks
        (172, -1), (173, -1), (103, 116), (321, 280), (298, 241), (323, 282), (304, 265), (303, 264), // ports, log, bpf, perf, handles
        // keys, io_uring, ptrace
        (248, 217), (249, 218), (250, 219), (425, 425), (426, 426), (427, 427), (101, 117), (310, 270), (311, 271),
        (256, 238), (279, 239), (237, 235), (238, 237), (239, 236), (300, 262), (153, 58), // memory of NUMA nodes, fanotify, hang-up
    ];

    /// <summary>Returns the program, as seccomp takes it.</summary>
    public static byte[] Build(Architecture architecture)
    {
        bool isArm = architecture == Architecture.Arm64;
        int socket = isArm ? 198 : 41, ioctl = isArm ? 29 : 16, clone = isArm ? 220 : 56, clone3 = 435;
        var code = new List<(ushort Code, byte True, byte False, uint Value)>
        {
            (Load, 0, 0, ArchitectureAt),
            (JumpIfEqual, 1, 0, isArm ? 0xC00000B7 : 0xC000003E),
            (Return, 0, 0, Unknown),
            (Load, 0, 0, NumberAt),
            (JumpIfAtLeast, 0, 1, X32),
            (Return, 0, 0, Unknown),
            (JumpIfEqual, 0, 1, (uint)clone3), // its flags are in memory: with ENOSYS, libraries take clone
            (Return, 0, 0, Unknown),
        };
        foreach ((int x64, int arm64) in Refused)
        {
            if ((isArm ? arm64 : x64) is var number and >= 0)
                code.AddRange([(JumpIfEqual, 0, 1, (uint)number), (Return, 0, 0, Refuse)]);
        }

        code.AddRange([
            (JumpIfEqual, 0, 4, (uint)clone), (Load, 0, 0, FirstAt), (And, 0, 0, NewNamespaces), (JumpIfEqual, 0, 6, 0),
            (Return, 0, 0, Allow),
            (JumpIfEqual, 0, 5, (uint)ioctl), (Load, 0, 0, SecondAt), (JumpIfEqual, 2, 0, PushBackInput), (JumpIfEqual, 1, 0, PasteInput),
            (Return, 0, 0, Allow), (Return, 0, 0, Refuse),
            (JumpIfEqual, 1, 0, (uint)socket), (Return, 0, 0, Allow), (Load, 0, 0, FirstAt),
        ]);
        foreach (uint family in Families)
            code.AddRange([(JumpIfEqual, 0, 1, family), (Return, 0, 0, Allow)]);
        code.Add((Return, 0, 0, Refuse));
        byte[] bytes = new byte[8 * code.Count];
        for (int i = 0; i < code.Count; i++)
        {
            Span<byte> at = bytes.AsSpan(8 * i);
            BinaryPrimitives.WriteUInt16LittleEndian(at, code[i].Code);
            (at[2], at[3]) = (code[i].True, code[i].False);
            BinaryPrimitives.WriteUInt32LittleEndian(at[4..], code[i].Value);
        }

        return bytes;
    }
}
