using System.Globalization;
using System.Text;
using Mig.Machines.Files;

namespace Mig.Machines.Inventories.Systems;

/// <summary>Reads the user database. Source: passwd(5).</summary>
internal static class Users
{
    private const int MaxSize = 16 << 20;
    private const int FieldCount = 7;

    public static IReadOnlyList<UserAccount> Read(MachineFiles files) =>
        files.Read("etc/passwd", MaxSize) is { } content ? Parse(Encoding.UTF8.GetString(content)) : [];

    /// <summary>Returns the users, in the order of the file; lines of another form are left out.</summary>
    public static IReadOnlyList<UserAccount> Parse(string passwd)
    {
        var users = new List<UserAccount>();
        foreach (string line in passwd.Split('\n'))
        {
            string[] fields = line.Split(':');
            if (fields.Length == FieldCount && fields[0].Length > 0
                && uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out uint uid)
                && uint.TryParse(fields[3], NumberStyles.None, CultureInfo.InvariantCulture, out uint gid))
            {
                users.Add(new UserAccount(fields[0], uid, gid, fields[5], fields[6]));
            }
        }

        return users;
    }
}
