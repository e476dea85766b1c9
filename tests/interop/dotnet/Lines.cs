// How a peer talks to the harness: `verb<TAB>hex<TAB>hex...` a line, answered by `ok<TAB>hex...` or
// `error<TAB>hex`.
using System;
using System.Collections.Generic;
using System.Text;

public delegate byte[] Verb(byte[][] arguments);

public static class Lines
{
    public static void Serve(Dictionary<string, Verb> verbs)
    {
        for (string line; (line = Console.In.ReadLine()) != null;)
        {
            string answer;
            try
            {
                var words = line.Split('\t');
                var arguments = new byte[words.Length - 1][];
                for (var at = 0; at < arguments.Length; at++) arguments[at] = FromHex(words[at + 1]);
                answer = "ok\t" + ToHex(verbs[words[0]](arguments));
            }
            catch (Exception error)
            {
                answer = "error\t" + ToHex(Encoding.UTF8.GetBytes(error.ToString().Replace('\n', ' ')));
            }
            Console.Out.WriteLine(answer);
            Console.Out.Flush();
        }
    }

    public static string Text(byte[] bytes) { return Encoding.UTF8.GetString(bytes); }

    public static byte[] Bytes(string text) { return Encoding.UTF8.GetBytes(text); }

    static byte[] FromHex(string text)
    {
        var bytes = new byte[text.Length / 2];
        for (var at = 0; at < bytes.Length; at++) bytes[at] = Convert.ToByte(text.Substring(2 * at, 2), 16);
        return bytes;
    }

    static string ToHex(byte[] bytes)
    {
        var text = new StringBuilder();
        foreach (var one in bytes) text.Append(one.ToString("x2"));
        return text.ToString();
    }
}
