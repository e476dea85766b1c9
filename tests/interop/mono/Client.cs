// Mono's WCF client, calling a host by the contracts of the samples: every operation, over every binding.
// Prints `ok NAME` or `failed NAME: WHY`.
using System;
using System.Collections.Generic;
using System.ServiceModel;
using System.ServiceModel.Channels;
using Interop.Data;

namespace Interop
{
    public static class Client
    {
        static string place;

        public static void Run(string url)
        {
            // Not SOAP 1.2 without addressing: Mono says no action there, neither in a header nor in the
            // content type, so nobody could tell what it wants.
            foreach (var path in new[] { "basic", "ws", "binary" })
            {
                foreach (var mode in new[] { "percall", "single" })
                {
                    place = mode + "/" + path;
                    Calculator(Channel<ICalculatorSession>(url, place), mode == "single");
                }
                place = "types/" + path;
                Types(Channel<ITypes>(url, place));
            }
        }

        static T Channel<T>(string url, string place)
        {
            var binding = Bindings.For(place.Substring(place.IndexOf('/') + 1));
            return new ChannelFactory<T>(binding, new EndpointAddress(url + "/" + place)).CreateChannel();
        }

        static void Check(string name, Func<object> call, object expected)
        {
            try
            {
                var found = call();
                if (Show(found) != Show(expected)) throw new Exception("expected " + Show(expected) + ", found " + Show(found));
                Console.WriteLine("ok " + place + " " + name);
            }
            catch (Exception error) { Console.WriteLine("failed " + place + " " + name + ": " + error.GetType().Name + ": " + error.Message.Replace('\n', ' ')); }
        }

        static string Show(object value)
        {
            var list = value as System.Collections.IEnumerable;
            if (list == null || value is string) return value == null ? "null" : Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture);
            var texts = new List<string>();
            foreach (var one in list) texts.Add(Show(one));
            return "[" + string.Join(",", texts.ToArray()) + "]";
        }

        static void Calculator(ICalculatorSession calculator, bool single)
        {
            Check("Clear, one-way", () => { calculator.Clear(); return null; }, null);
            Check("AddTo, one-way", () => { calculator.AddTo(2.5); return null; }, null);
            // A one-way call over HTTP is answered before it is carried out.
            System.Threading.Thread.Sleep(100);
            Check("Add", () => calculator.Add(10), single ? 12.5 : 10.0);
            Check("Add again", () => calculator.Add(20), single ? 32.5 : 20.0);
            Check("Equals", () => calculator.Equals(), single ? 32.5 : 0.0);
            Check("InstanceId", () => { var first = calculator.InstanceId(); return first == calculator.InstanceId(); }, single);
            Check("Divide", () => calculator.Divide(7, 2), 3);
            Check("Divide, a fault with detail", () => Fault(() => calculator.Divide(7, 0)), "Denominator is zero: divide by zero");
            Check("DivideSub, a fault with a subcode", () => Fault(() => calculator.DivideSub(7, 0)), "Denominator is zero: divide by zero");
            Check("ThrowUndeclared", () => Fault(() => { calculator.ThrowUndeclared(); return 0; }), "just a reason");
            Check("ThrowUnhandled keeps its secret", () => Fault(() => { calculator.ThrowUnhandled(); return 0; }).Contains("secret"), false);
            Check("Nothing", () => { calculator.Nothing(); return null; }, null);
        }

        static string Fault(Func<int> call)
        {
            try { return "no fault but " + call(); }
            catch (FaultException<MathFault> fault) { return fault.Message + ": " + fault.Detail.ProblemType; }
            catch (FaultException fault) { return fault.Message; }
        }

        static void Types(ITypes types)
        {
            var text = "a<b>&\"'\u00e9\u4e2d\U0001F600 end";
            Check("EchoString", () => types.EchoString(text), text);
            Check("EchoString empty", () => "[" + types.EchoString("") + "]", "[]");
            Check("EchoString null", () => types.EchoString(null), null);
            Check("EchoZoo", () => Zoo(types.EchoZoo(Full())), Zoo(Full()));
            Check("EchoZoo of defaults", () => Zoo(types.EchoZoo(new Zoo())), Zoo(new Zoo()));
            Check("EchoZoo null", () => types.EchoZoo(null), null);
            Check("EchoShape", () => types.EchoShape(new Shape { Id = 1, Name = "n" }).Name, "n");
            Check("EchoShape derived", () => { var circle = (Circle)types.EchoShape(new Circle { Id = 1, Name = "c", Radius = 2, Center = new Point { X = 3, Y = 4 }, Comment = "hi" }); return circle.Radius + "," + circle.Center.Y + "," + circle.Comment; }, "2,4,hi");
            Check("EchoInts", () => types.EchoInts(new[] { 1, 2, 3 }), new[] { 1, 2, 3 });
            Check("EchoInts empty", () => types.EchoInts(new int[0]), new int[0]);
            Check("EchoPoints", () => types.EchoPoints(new List<Point> { new Point { X = 1, Y = 2 }, new Point { X = 3, Y = 4, Label = "l" } })[1].Label, "l");
            Check("EchoBytes", () => types.EchoBytes(new byte[] { 0, 1, 250, 255 }), new byte[] { 0, 1, 250, 255 });
            var utc = new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc);
            Check("EchoDate", () => types.EchoDate(utc).ToString("o"), utc.ToString("o"));
            Check("EchoGuid", () => types.EchoGuid(new Guid("00112233-4455-6677-8899-aabbccddeeff")), "00112233-4455-6677-8899-aabbccddeeff");
            Check("EchoNullable", () => types.EchoNullable(5), 5);
            Check("EchoNullable null", () => types.EchoNullable(null), null);
            Check("EchoColor", () => types.EchoColor(Color.Green), Color.Green);
            Check("Mixed", () => { var middle = 1.5; string extra; var result = types.Mixed("z", 3, ref middle, out extra, true); return result + "," + middle + "," + extra; }, "1,3,z3");
            Check("Renamed", () => types.CustomAction("why"), "re: why");
            Check("Bool", () => types.Bool(false), true);
            Check("EchoObject", () => types.EchoObject("boxed"), "boxed");
            Check("EchoObject of a number", () => types.EchoObject(42), 42);
            Check("EchoMap", () => types.EchoMap(new Dictionary<string, int> { { "a", 1 }, { "b", 2 } })["b"], 2);
        }

        static Zoo Full()
        {
            return new Zoo
            {
                ABool = true, AByte = 200, ASByte = -7, AShort = -300, AUShort = 60000, AnInt = -123456, AUInt = 4000000000,
                ALong = -9007199254740993, AULong = 18446744073709551615, AFloat = 1.5f, ADouble = 0.1, ADecimal = 12345.6700m,
                AChar = 'A', AString = "a<b>&\"'\u00e9\u4e2d\U0001F600 end", ADateUtc = new DateTime(2024, 2, 29, 13, 14, 15, 120, DateTimeKind.Utc),
                ADateUnspec = new DateTime(2024, 2, 29, 13, 14, 15), ASpan = new TimeSpan(1, 2, 3, 4, 5),
                AGuid = new Guid("00112233-4455-6677-8899-aabbccddeeff"), AUri = new Uri("http://example.org/a?b=c&d"),
                Bytes = new byte[] { 0, 1, 2, 250, 255 }, Ints = new[] { 1, -2, 3 }, Strings = new List<string> { "one", null, "" },
                Points = new[] { new Point { X = 1, Y = 2, Label = "p" }, null }, NInt = 5, AColor = Color.Green, APlain = PlainEnum.Two,
                AFlags = Access.Read | Access.Exec, Map = new Dictionary<string, int> { { "k1", 1 }, { "k2", 2 } },
                Jagged = new[] { new[] { 1, 2 }, new int[0] }, AnObject = 42,
            };
        }

        /// Every field.
        static string Zoo(Zoo zoo)
        {
            var texts = new List<string>();
            foreach (var field in typeof(Zoo).GetFields())
            {
                var value = field.GetValue(zoo);
                var points = value as Point[];
                if (points != null) value = Array.ConvertAll(points, one => one == null ? "null" : one.X + "/" + one.Y + "/" + one.Label);
                texts.Add(field.Name + "=" + Show(value));
            }
            return string.Join(";", texts.ToArray());
        }
    }
}
